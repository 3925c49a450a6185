"""Parameters for the operator's own statistics: which links get them, and where in the link."""

import pytest

from core.errors import Invalid
from core.rules.utm import marked, read

GIVEN = {"utm_source": "sendbote", "utm_campaign": "Spring & Co"}
ADDED = "utm_source=sendbote&utm_campaign=Spring+%26+Co"


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("https://shop.example", f"https://shop.example?{ADDED}"),
        ("https://www.shop.example/a", f"https://www.shop.example/a?{ADDED}"),
        ("https://shop.example:8443/a", f"https://shop.example:8443/a?{ADDED}"),
        ("https://SHOP.example/a?b=1", f"https://SHOP.example/a?b=1&{ADDED}"),
        ("https://shop.example/a?b=1#part?x", f"https://shop.example/a?b=1&{ADDED}#part?x"),
        ("https://shop.example/#top", f"https://shop.example/?{ADDED}#top"),
        (
            "https://shop.example/?utm_source=paper&c=2",
            "https://shop.example/?utm_source=paper&c=2&utm_campaign=Spring+%26+Co",
        ),
        ("https://shop.example/?" + ADDED, "https://shop.example/?" + ADDED),
        (
            'https://shop.example/?c={{ city | fallback("#?") }}#x',
            f'https://shop.example/?c={{{{ city | fallback("#?") }}}}&{ADDED}#x',
        ),
        ("https://shop.example/{{ code }}", f"https://shop.example/{{{{ code }}}}?{ADDED}"),
        ("https://notshop.example/", "https://notshop.example/"),
        ("https://shop.example.evil.test/", "https://shop.example.evil.test/"),
        ("https://other.test/?u=https://shop.example/", "https://other.test/?u=https://shop.example/"),
        ("https://{{ host }}/", "https://{{ host }}/"),
        ("https://{{ host }}.shop.example/", "https://{{ host }}.shop.example/"),
        ("mailto:a@shop.example", "mailto:a@shop.example"),
    ],
)
def test_a_link_of_ones_own_is_marked_once_and_says_what_it_said(link: str, becomes: str) -> None:
    assert marked(link, GIVEN, ["shop.example"]) == becomes
    assert marked(becomes, GIVEN, ["shop.example"]) == becomes


def test_only_what_says_something_is_kept() -> None:
    assert read({"utm_source": " news ", "utm_term": " ", "other": "x"}, ["WWW.Shop.example ", "shop.example"]) == {
        "parameters": {"utm_source": "news"},
        "domains": ["shop.example"],
    }
    assert read({"utm_source": ""}, []) is None


@pytest.mark.parametrize(
    ("given", "domains", "code"),
    [
        (GIVEN, [], "utm.no_domain"),
        (GIVEN, ["https://shop.example/x"], "utm.bad_domain"),
        ({"utm_source": "x" * 101}, ["shop.example"], "utm.too_long"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, str], domains: list[str], code: str) -> None:
    with pytest.raises(Invalid) as problem:
        read(given, domains)
    assert problem.value.code == code
