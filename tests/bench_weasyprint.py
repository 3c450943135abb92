"""The same sheets in HTML and CSS, set by WeasyPrint with the Python of .venv-bench: `bench_weasyprint.py FOLDER`.

FOLDER holds `households.json` (meta and rows, as the sheets of ours read them), `notices.json` (each with its own meta)
and `font.txt`, the path of the font family. Writes households.pdf, notices.pdf (all notices in one document) and
notice-N.pdf (the first `alone` of them, a document each, with the fonts read once), and one JSON line: seconds that this process computed and
pages, without the start of the interpreter and the import. No sizes are fitted: that is left out in its favour. Knows
nothing of Outreach.
"""

from __future__ import annotations

import json
import sys
import time
from html import escape
from pathlib import Path
from typing import Any

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

STYLE = """
@font-face { font-family: Han; src: url(FONT); font-weight: 100 900; }
@page { size: A4; margin: 15mm; }
html { font: 14pt/1.58 "Noto Sans CJK SC", Han; } body { margin: 0; } p { margin: 0; }
.sheet { position: relative; height: 266mm; break-after: page; }
.sheet:last-child { break-after: auto; }
.title { font-size: 27pt; font-weight: 700; line-height: 1.2; }
.serial { position: absolute; top: 0; right: 0; font-size: 10pt; }
.small { font-size: 12pt; }
.window { position: absolute; left: 5mm; top: 30mm; width: 77mm; padding: 5mm 3mm; font-size: 12.5pt; }
.window b { font-size: 23pt; }
.count { position: absolute; left: 101mm; top: 34mm; font-size: 15pt; } .count b { font-size: 28pt; }
.blocks { position: absolute; top: 75mm; width: 180mm; }
.block { display: flex; border-left: 2.4mm solid #000; border-top: .5pt solid; border-bottom: .5pt solid; padding: 3mm 0 3mm 5mm; margin-bottom: 3mm; }
.maybe { border: .8pt dashed; font-weight: 400; } .left { width: 52mm; } .right { flex: 1; }
.tag { background: #000; color: #fff; font-size: 10pt; font-weight: 700; padding: 1mm 2mm; }
.maybe .tag { background: #fff; color: #000; border: .8pt dashed; }
.amount { font-size: 42pt; font-weight: 700; line-height: 1.1; } .amount span { font-size: 15pt; }
.maybe .amount { font-size: 24pt; font-weight: 400; }
.name { font-size: 20pt; font-weight: 700; margin-right: 4mm; }
.row { display: flex; } .row b { width: 4em; }
.foot { position: absolute; bottom: 33mm; width: 180mm; border-top: 1.2pt solid; padding-top: 3mm; }
.board .foot { bottom: 0; }
.phone { font-size: 28pt; font-weight: 700; line-height: 1.2; }
.foot svg { position: absolute; right: 0; top: 3mm; width: 22mm; height: 22mm; }
.colophon { border-top: .5pt solid; font-size: 9.5pt; line-height: 1.45; margin-top: 3mm; }
.strip { position: absolute; bottom: 0; width: 180mm; height: 29mm; border-top: .5pt dotted; font-size: 11pt; }
.strip svg { position: absolute; right: 0; top: 5mm; width: 20mm; height: 20mm; }
.box { display: inline-block; width: 6mm; height: 6mm; border: .8pt solid; margin: 0 1mm 0 4mm; vertical-align: middle; }
.line { display: inline-block; width: 40mm; border-bottom: .5pt solid; }
.who { font-size: 50pt; font-weight: 700; line-height: 1.2; } .band { background: #ddd; padding: 6mm; margin: 5mm 0; }
.band .amount { font-size: 120pt; } .steps { font-size: 19pt; }
"""


def row(label: str, text: str) -> str:
    """A label and its text; nothing without one."""
    return f'<div class="row"><b>{label}</b><span>{escape(text)}</span></div>' if text else ""


def block(policy: dict[str, Any]) -> str:
    """One policy of a household."""
    maybe = policy["status"] == "maybe"
    rows = row("要核实", policy["check"] if maybe else "")
    rows += (
        row("带什么", policy["bring"])
        + row("何时办", policy["when"])
        + row("去哪办", policy["where"])
    )
    return (
        f'<div class="block {"maybe" if maybe else ""}"><div class="left">'
        f'<span class="tag">{"可能符合，请核实" if maybe else "符合条件，可以申请"}</span>'
        f'<div class="amount">{escape(policy["amount"])}<span>{escape(policy["unit"])}</span></div></div>'
        f'<div class="right"><p><span class="name">{escape(policy["name"])}</span>{escape(policy["reason"])}</p>{rows}</div></div>'
    )


def foot(meta: dict[str, Any]) -> str:
    """Phone, trust, code, issuer."""
    return (
        f'<div class="foot">{meta["qr"]["svg"]}<p class="phone">{escape(meta["phone"])}</p>'
        f'<p class="small">办公电话　{escape(meta["office_hours"])}</p><p><b>不收费，不要密码和验证码。</b></p>'
        f'<p class="small">{escape(meta["helper_role"])} <b>{escape(meta["helper_name"])}</b> 上门会先报姓名。拿不准，先打电话问一问。</p>'
        f'<div class="colophon"><b>有效期至 {escape(meta["valid_until"])}　旧版作废</b>　{escape(meta["note"])}<br>'
        f"{escape(meta['issuer'])}　{escape(meta['version'])}</div></div>"
    )


def household(meta: dict[str, Any], one: dict[str, Any]) -> str:
    """One sheet."""
    sure = sum(policy["status"] == "yes" for policy in one["policies"])
    blocks = "".join(map(block, one["policies"]))
    return (
        f'<div class="sheet"><p class="title">{escape(meta["title"])}</p><p class="small">{escape(meta["subtitle"])}</p>'
        f'<p class="serial">单号 {one["serial"]}</p><div class="window">{escape(one["address"])}<br><b>{escape(one["householder"])}</b> 收</div>'
        f'<div class="count">您家有<br><b>{sure}</b> 项可以申请</div>'
        f'<div class="blocks">{blocks}<p class="small">{escape(meta["neutral_line"])}　以受理部门审核为准。</p></div>{foot(meta)}'
        f'<div class="strip">{one["qr"]["svg"]}<p><b>回执</b>　单号 <b>{one["serial"]}</b></p>'
        '<p><span class="box"></span>本人收到<span class="box"></span>家人代收<span class="box"></span>不愿收</p>'
        '<p>签名<span class="line"></span>　日期<span class="line"></span></p></div></div>'
    )


def notice(one: dict[str, Any]) -> str:
    """One board notice."""
    meta = one["meta"]
    steps = "".join(f"<li>{escape(step)}</li>" for step in one["steps"])
    who = escape(one["who"]).replace("\n", "<br>")
    return (
        f'<div class="sheet board"><p class="small">{escape(one["official"])}</p><p class="who">{who}</p>'
        f'<div class="band"><div class="amount">{escape(one["amount"])}<span>{escape(one["unit"])}</span></div>{escape(one["extent"])}</div>'
        f'<ol class="steps">{steps}</ol>{row("带什么", one["bring"])}{row("何时办", one["when"])}'
        f"{row('去哪办', one['where'])}{row('问谁', meta['office'])}{foot(meta)}</div>"
    )


def page(style: str, body: str) -> str:
    """A whole document."""
    return f'<!doctype html><html lang="zh-CN"><style>{style}</style><body>{body}</body></html>'


def main(folder: Path) -> None:
    """Set both kinds, and say what it took."""
    style = STYLE.replace("FONT", Path((folder / "font.txt").read_text("utf-8")).as_uri())
    fonts = FontConfiguration()
    told: dict[str, Any] = {}
    given = json.loads((folder / "households.json").read_text("utf-8"))
    begun = time.process_time()
    body = "".join(household(given["meta"], one) for one in given["households"])
    document = HTML(string=page(style, body)).render(font_config=fonts)
    document.write_pdf(folder / "households.pdf")
    told["households"] = {"seconds": time.process_time() - begun, "pages": len(document.pages)}
    given = json.loads((folder / "notices.json").read_text("utf-8"))
    begun = time.process_time()
    body = "".join(map(notice, given["notices"]))
    document = HTML(string=page(style, body)).render(font_config=fonts)
    document.write_pdf(folder / "notices.pdf")
    told["together"] = {"seconds": time.process_time() - begun, "pages": len(document.pages)}
    begun, pages = time.process_time(), 0
    for number, one in enumerate(given["notices"][: given["alone"]]):
        document = HTML(string=page(style, notice(one))).render(font_config=fonts)
        document.write_pdf(folder / f"notice-{number}.pdf")
        pages += len(document.pages)
    told["notices"] = {"seconds": time.process_time() - begun, "pages": pages}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
