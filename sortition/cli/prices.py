"""What bounds cost, in words: shared by the commands that can be asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.diagnosis.price import Price

__all__ = ["told"]


def told(say: Say, prices: Sequence[Price]) -> None:
    """Say what each bound costs, in the order given."""
    say.line("prices-title", bold=True)
    for price in prices:
        say.plain(f"  {_price(say, price)}")


def _price(say: Say, price: Price) -> str:
    change = price.render(say.language)
    if price.then is None:
        return say.words("price-impossible", change=change)
    code = "price-line" if price.certified else "price-open"
    words = say.words(code, change=change, now=say.percent(price.now),
                      then=say.percent(price.then))
    more = (price.barred_then or 0) - price.barred_now
    if price.barred_then is not None and more:
        code = "price-fewer-barred" if more < 0 else "price-more-barred"
        words += say.words(code, count=abs(more))
    return words
