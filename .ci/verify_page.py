"""Bring ``docs/verify.html`` up to date: the texts of the steps, and the digests in its policy.

    python .ci/verify_page.py [--check]

The browser runs no script and uses no style but those whose digests the page names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "verify.html"
TEXTS = re.compile(r'(<script type="application/json" id="texts">\n)(.*?)(\n</script>)', re.S)


def digest(text: str) -> str:
    """Return how a content security policy names a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def fresh(page: str) -> str:
    """Return the page with the texts of the catalogues and the digests of what it holds."""
    found = TEXTS.search(page)
    if found is None:
        sys.exit("the page has no place for texts")
    texts = json.loads(found[2])
    for language, own in texts.items():
        words = (ROOT / "sortition" / "locale" / f"{language}.toml").read_text(encoding="utf-8")
        own = {code: text for code, text in own.items() if not code.startswith("verify-")}
        texts[language] = own | tomllib.loads(words)["verify"]
    written = json.dumps(texts, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    page = page[: found.start(2)] + written + page[found.end(2):]
    for tag in ("script", "style"):
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S):
            page = re.sub(rf"({tag}-src) '[^']*'", rf"\1 '{digest(inside)}'", page, count=1)
    return page


def main(arguments: list[str]) -> None:
    """Write the page, or say that it is not up to date."""
    before = PAGE.read_text(encoding="utf-8")
    after = fresh(before)
    if arguments == ["--check"]:
        if before != after:
            sys.exit(f"{PAGE.relative_to(ROOT)} is not up to date: python .ci/verify_page.py")
        return
    PAGE.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
