"""The second verifier, ``docs/verify.html``, run in a headless browser on files given as bytes.

Used by `test_verify_page` and by ``benchmarks/fuzz_verify.py``.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "verify.html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=600000",
)
# Answers come out as text in the page, which the browser prints when it is done.
_RUN = """
const out = document.createElement("pre");
out.id = "answers";
out.textContent = JSON.stringify(JSON.parse(document.getElementById("cases").textContent).map(
  ([files, published, lines]) => verify(new Map(Object.entries(files).map(([name, data]) => (
    [name, Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))]
  ))), published, lines)
), (_, value) => (typeof value === "bigint" ? String(value) : value));
document.body.append(out);
"""


def fed(script: str, data: object) -> str:
    """Return the page with data and one more script, which its policy is told of."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = PAGE.read_text(encoding="utf-8")
    assert "script-src 'sha256-" in page
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ")
    cases = json.dumps(data).replace("<", "\\u003c")
    data_block = f'<script type="application/json" id="cases">{cases}</script>'
    return page.replace("</body>", f"{data_block}<script>{script}</script></body>")


def dumped(page: str, *flags: str) -> str:
    """Return what the document became in the browser, started with these flags too."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        done = subprocess.run(
            [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={folder}/profile", "--dump-dom",
             path.as_uri()],
            capture_output=True, text=True, encoding="utf-8", check=True, timeout=300,
            env={**os.environ, "HOME": folder},
        )
    return done.stdout


def verified(
    cases: Sequence[Mapping[str, bytes]], commitments: Sequence[str] | None = None,
    lines: Sequence[str] | None = None,
) -> list[list[dict[str, Any]]]:
    """Return the steps that the page finds for each set of files, given what was published."""
    data = [
        [{name: base64.b64encode(content).decode() for name, content in files.items()}, *given]
        for files, *given in zip(cases, commitments or [None] * len(cases),
                                 lines or [""] * len(cases), strict=True)
    ]
    found = re.search(r'<pre id="answers">(.*?)</pre>', dumped(fed(_RUN, data)), re.S)
    assert found is not None, "the page did not run"
    answers: list[list[dict[str, Any]]] = json.loads(html.unescape(found[1]))
    return answers
