"""Every page of the reporters, in-process, on turns made by hand."""

from __future__ import annotations

import gzip
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.colours import contrast
from tests.web.pages_by_hand import FORBIDDEN, Service, title
from web.chat import pages
from web.chat.errors import ChatError
from web.chat.page_colours import colours
from web.chat.page_links import with_links

# --- every page ---


@pytest.mark.parametrize("path", ["/", "/start", "/return", "/ways", "/chat"])
def test_every_page_has_help_exit_and_neutral_names(client: TestClient, path: str) -> None:
    reply = client.get(path)
    html = reply.text
    footer = html[html.index("<footer") :]
    assert 'href="tel:999"' in footer and 'href="tel:101"' in footer and 'href="/ways"' in footer
    assert html.count('href="/leave"') >= 2
    assert not FORBIDDEN.search(title(html)) and not FORBIDDEN.search(path)
    assert reply.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/start", "/return", "/ways", "/chat"])
def test_no_inline_script_or_style(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.S) == [""]


def test_titles_differ_from_page_to_page(chatting: TestClient) -> None:
    first = title(chatting.get("/").text)
    assert first == title(chatting.get("/start").text)
    chatting.cookies.clear()
    titles = [title(chatting.get(path).text) for path in ("/", "/start", "/return", "/ways", "/safety", "/chat")]
    assert len(set(titles)) == 6 and first in titles


def test_start_sets_one_cookie_out_of_reach(client: TestClient) -> None:
    cookie = client.post("/start").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert not FORBIDDEN.search(cookie)


def test_start_twice_goes_on_in_the_same_chat(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "must not be asked")
    reply = chatting.post("/start")
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat")


@pytest.mark.parametrize("path", ["/start", "/chat", "/return"])
def test_posts_of_other_sites_are_refused(chatting: TestClient, service: Service, path: str) -> None:
    assert chatting.post(path, headers={"sec-fetch-site": "cross-site"}, data={"text": "x"}).status_code == 403
    assert chatting.post(path, headers={"origin": "https://elsewhere.example"}, data={"text": "x"}).status_code == 403
    assert service.taken == []


def test_a_form_without_referrer_is_ours(chatting: TestClient) -> None:
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert chatting.post("/chat", headers=headers, data={"id": "a", "choice": "no"}).status_code == 303


# --- how to leave, before anything else ---


def test_the_first_page_says_how_to_leave_and_names_nothing(client: TestClient) -> None:
    html = client.get("/").text
    main = html[html.index("<main") : html.index("</main>")]
    for wanted in ("Exit this page", "hidden link", "<kbd>Shift</kbd> three times", "Back", "history", "Call 999"):
        assert wanted in main
    assert not FORBIDDEN.search(main)
    # One way on, that needs no script and no cookie.
    assert re.findall(r"<form[^>]*>", main) == ['<form method="get" action="/start" class="row">']
    assert len(re.findall(r"<button[^>]*>Continue</button>", main)) == 1
    assert "set-cookie" not in client.get("/").headers
    assert 'method="post" action="/start"' in client.get("/start").text


def test_who_comes_back_in_the_same_session_is_not_told_again(chatting: TestClient) -> None:
    assert 'method="post" action="/start"' in chatting.get("/").text
    chatting.get("/leave")
    assert 'method="get" action="/start"' in chatting.get("/").text


# --- small things ---


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("If anyone is in danger, call 999.", ['href="tel:999"']),
        ("Flat 101, not a number", []),
        ("Samaritans: 0151 443 2600, day", ['href="tel:01514432600"']),
        ("Your code is 0234 5678 9012 3456", []),
        ("See https://example.org/help.", ['href="https://example.org/help"']),
        ("<b>call 101</b>", ['href="tel:101"']),
    ],
)
def test_numbers_and_addresses_become_links(text: str, links: list[str]) -> None:
    html = str(with_links(text))
    assert re.findall(r'href="[^"]*"', html) == links
    assert "<b>" not in html


@pytest.mark.parametrize("colour", ["#1b5e5a", "#003366", "#7a0019", "#000000", "#5b2a86"])
def test_the_landlord_s_colour_can_be_read_in_light_and_dark(colour: str) -> None:
    style = colours(colour).decode()
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in style.split("@media"))
    for paper in ("#ffffff", "#faf8f4", "#fdf0ef", "#fdf3e4", "#eef3fb", light["on-main"]):
        assert contrast(light["main"], paper) >= 4.5
    assert contrast(light["main-over"], light["tint"]) >= 4.5
    for paper in ("#14191b", "#1c2326", "#3a1d1d", "#36280f", dark["on-main"]):
        assert contrast(dark["main"], paper) >= 4.5
    assert contrast(dark["main-over"], dark["tint"]) >= 4.5


def test_the_landlord_s_own_name_colour_and_contacts_are_on_the_pages(service: Service) -> None:
    service.settings = service.settings.model_copy(
        update={"landlord_colour": "#003366", "landlord_email": "home@example.org", "landlord_name": "Elm Homes"}
    )
    app = FastAPI()
    app.include_router(pages.router(service))  # type: ignore[arg-type]
    client = TestClient(app)
    html = client.get("/ways").text
    assert "Elm Homes" in html and 'href="mailto:home@example.org"' in html
    style = re.search(r'href="(/static/colours.css[^"]*)"', html)
    assert style and "#003366" in client.get(style[1]).text


@pytest.mark.parametrize("path", ["/", "/start"])
def test_first_load_is_light(client: TestClient, path: str) -> None:
    html = client.get(path).text
    sizes = {"page": len(gzip.compress(html.encode()))}
    for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
        reply = client.get(file, headers={"accept-encoding": "gzip"})
        assert reply.status_code == 200 and "immutable" in reply.headers["cache-control"]
        sizes[file] = int(reply.headers["content-length"])
    assert len(sizes) == 4
    assert sum(sizes.values()) < 60_000
    assert next(size for file, size in sizes.items() if ".js" in file) < 25_000
