"""Templates and built files of the pages: read once when the router is made, never at import."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from casework.catalogues import direction, gettext, has_fallen, isolated, language, name_of
from casework.catalogues.dates import day_and_time
from casework.questions.wording import card
from casework.settings import Settings
from web.chat.page_colours import OURS, colours
from web.chat.page_headers import session_of
from web.chat.page_links import jointed, with_links
from web.chat.page_marks import in_english, in_own_language, marked
from web.chat.page_places import landlord_place, places
from web.chat.page_script import script_texts
from web.chat.page_words import DAY_FIELDS

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"
COLOURS = "colours.css"
LAUNCHER = "launcher.js"


@dataclass(frozen=True)
class Built:
    """One built file: its bytes, plain and gzipped, and a short mark that changes with them."""

    plain: bytes
    packed: bytes
    mark: str
    kind: str


class Pages:
    """Renders the pages of one front door."""

    def __init__(self, settings: Settings) -> None:
        self.files = {path.name: _built(path.name, path.read_bytes()) for path in sorted(STATIC.iterdir())}
        if settings.landlord_colour != OURS:
            self.files[COLOURS] = _built(COLOURS, colours(settings.landlord_colour))
        self.exit_url = settings.exit_url
        self._env = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters["links"] = with_links
        self._env.filters["marked"] = marked
        self._env.filters["when"] = when
        self._env.filters["lines"] = lambda text: [line for line in str(text).splitlines() if line.strip()]
        self._env.globals.update(
            static=self._static,
            exit_url=self.exit_url,
            styles=["page.css", *(name for name in (COLOURS,) if name in self.files)],
            landlord=settings.landlord_name,
            email=settings.landlord_email,
            languages=[(tag, name_of(tag)) for tag in settings.languages],
            address=settings.address,
            own=landlord_place(settings),
            places=places(),
            day_fields=DAY_FIELDS,
            error="",
            _=in_page,
            # For titles and attributes, which hold no marks.
            gettext=gettext,
            strong=Markup("<strong>{}</strong>").format,
            kbd=Markup("<kbd>{}</kbd>").format,
            link=link,
            jointed=jointed,
        )

    def html(self, name: str, data: Mapping[str, Any]) -> str:
        """The template `name` in the language of the request."""
        spoken = {"lang": language(), "dir": direction(), "card_lines": card().splitlines(), "number_dir": number_dir()}
        return self._env.get_template(name).render({**spoken, "script_texts": script_texts(language()), **data})

    def page(self, request: Request, name: str, *, status: int = 200, **data: Any) -> Response:
        """The template `name` as an answer. `in_session`: whether there is a cookie, unless given."""
        data.setdefault("in_session", session_of(request) is not None)
        return HTMLResponse(self.html(name, data), status)

    def file(self, name: str, request: Request) -> Response | None:
        """A built file, packed where the browser takes that; None where there is none of this name."""
        found = self.files.get(name)
        if found is None:
            return None
        headers = {"ETag": f'"{found.mark}"', "Vary": "Accept-Encoding"}
        if name == LAUNCHER:
            # The one file that other websites load.
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.query_params.get("v") == found.mark:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.packed, media_type=found.kind, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.plain, media_type=found.kind, headers=headers)

    def _static(self, name: str) -> str:
        return f"/static/{name}?v={self.files[name].mark}"


def when(moment: str) -> str:
    """A moment (ISO 8601) as people here say it: "Friday 20 November at 21:27"."""
    return day_and_time(datetime.fromisoformat(moment))


def link(href: str, shown: str) -> Markup:
    """A link inside a text. It may stand in a box of its own, so a number in it says its direction itself."""
    own = number_dir() if href.startswith("tel:") else Markup()
    return Markup('<a href="{}"{}>{}</a>').format(href, own, shown)


def number_dir() -> Markup:
    """For a number beside other words: its groups of figures would be turned round in a text from right to left."""
    return Markup(' dir="ltr"' if direction() == "rtl" else "")


def in_page(english: str, /, **values: object) -> str:
    """A text of the page in its language, or marked as English. Links and marks among the values stay what they are;
    all else is escaped."""
    if not has_fallen(english):
        return _in_page(english, values)
    held = {name: in_own_language(value) if isinstance(value, str) else value for name, value in values.items()}
    return in_english(_in_page(english, held))


def _in_page(english: str, values: Mapping[str, object]) -> str:
    if not any(isinstance(value, Markup) for value in values.values()):
        return gettext(english, **values)
    try:
        return escape(gettext(english)).format(**isolated(dict(values)))
    except (LookupError, ValueError):
        return escape(english).format(**values)


def _built(name: str, plain: bytes) -> Built:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Built(plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:12], kind)
