"""Text from elsewhere makes no link, in whatever way Markdown would make one of it."""

import mistune
import pytest

from workers_deploy.report.escape import cell, code, link

HOSTILE = [
    "https://evil.example/login",
    "HTTP://evil.example",
    "ftp://evil.example/x",
    "www.evil.example",
    "see (WWW.evil.example)",
    "https:https://evil.example",
    "<https://evil.example>",
    "[log in](https://evil.example)",
    "mail@evil.example",
    "mailto:mail@evil.example",
    "xmpp:mail@evil.example/x",
    "a\nhttps://evil.example",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("write", [cell, code])
def test_text_from_elsewhere_becomes_no_link(write, text):
    # With the extension that makes links of bare URLs, as GitHub's has.
    page = mistune.create_markdown(plugins=["table", "url"], escape=False)(
        f"- {write(text)}\n\n{write(text)}\n"
    )

    assert "<a " not in page
    for bare in ("://evil", "www.evil", "WWW.evil", "mail@evil"):
        assert bare not in page.replace("&#8203;", "\u200b")


@pytest.mark.parametrize(
    "url",
    [
        "https://my_shop_.acme.workers.dev",
        "https://git.example.com/_a_/__b__/-/jobs/7",
        "https://shop.example.com/*x*?q=_y_&z=~~1~~",
    ],
)
@pytest.mark.parametrize("text", [None, "log_of_ this *run*"])
def test_signs_of_markdown_in_a_url_stay_as_they_are(url, text):
    page = mistune.create_markdown(plugins=["url", "strikethrough"])(f"**Live** {link(url, text)}")

    assert f'href="{url.replace("&", "&amp;")}"' in page
    assert f">{text or url.replace('&', '&amp;')}</a>" in page


def test_a_url_that_cloudflare_gave_the_script_is_a_link():
    page = mistune.create_markdown()(link("https://shop.acme.workers.dev"))

    assert 'href="https://shop.acme.workers.dev"' in page
