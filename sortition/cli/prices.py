"""What bounds cost, in words: shared by the commands that can be asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.diagnosis.price import Price

__all__ = ["told"]


_SAME = 1e-6  # a chance that differs by less is the same to anybody


def told(say: Say, prices: Sequence[Price]) -> None:
    """Say what each bound costs, in the order given; those that cost nothing in one line."""
    say.line("prices-title", bold=True)
    dear = [price for price in prices if not _free(price)]
    for price in dear:
        say.plain(f"  {_price(say, price)}")
    if len(dear) < len(prices):
        code = "prices-others" if dear else "prices-none"
        say.line(code, count=len(prices) - len(dear))


def _free(price: Price) -> bool:
    """Return whether it is known that one seat more room changes nothing."""
    return (price.certified and price.gain is not None and abs(price.gain) < _SAME
            and price.barred_then == price.barred_now)


def _price(say: Say, price: Price) -> str:
    change = price.render(say.language)
    if price.then is None:
        return say.words("price-impossible" if price.certified else "price-time", change=change)
    code = "price-line" if price.certified else "price-open"
    words = say.words(code, change=change, now=say.percent(price.now),
                      then=say.percent(price.then))
    more = (price.barred_then or 0) - price.barred_now
    if price.barred_then is not None and more:
        code = "price-fewer-barred" if more < 0 else "price-more-barred"
        words += say.words(code, count=abs(more))
    return words
