"""Assets as Cloudflare serves them, alone and beside a script."""

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.scripts import NODE_MODULES, asset, get, header, runnable
from workers_emulator.runtime.runtime import Runnable, Runtime


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=3)
    yield made
    made.close()


SITE = {
    "/index.html": asset("home"),
    "/docs/index.html": asset("docs"),
    "/docs/page.html": asset("page"),
    "/404.html": asset("not here"),
    "/nested/404.html": asset("not nested"),
    "/data.json": asset("{}", 'application/json; charset="utf-8"'),
    "/app.js": asset("1", "text/plain"),
    "/no-type.html": asset("?", "application/null"),
    "/untyped": asset("?", None),
    "/thing": asset("file", "text/plain"),
    "/thing/below.txt": asset("below", "text/plain"),
    "/naïve/a b.txt": asset("name", "text/plain"),
    "/_headers": asset("an asset of that name", "text/plain"),
}
SITE_CONFIG = {
    "not_found_handling": "404-page",
    "_headers": "/docs/*\n  X-Docs: yes\n  ! ETag\n/data.json\n  X-A: 1\n  X-A: 2\n",
    "_redirects": "/old /new 301\n/blog/* /docs/:splat 302\n/proxy /docs/page 200\n",
}


def site(**fields: Any) -> Runnable:
    config = SITE_CONFIG | fields.pop("asset_config", {})
    return runnable(key=f"site {config} {fields}", assets=SITE, asset_config=config, **fields)


class TestAssets:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/", b"home"),
            ("/docs/", b"docs"),
            ("/docs/page", b"page"),
            ("/proxy", b"page"),
            ("/thing", b"file"),
            ("/thing/below.txt", b"below"),
            ("/na%C3%AFve/a%20b.txt", b"name"),
            ("/_headers", b"an asset of that name"),
        ],
    )
    def test_an_asset_is_served_at_its_address(
        self, runtime: Runtime, path: str, body: bytes
    ) -> None:
        answer = get(runtime, site(), path)

        assert (answer.status, answer.body) == (200, body)

    @pytest.mark.parametrize(
        ("path", "status", "location"),
        [
            ("/docs", 307, "/docs/"),
            ("/docs/page.html", 307, "/docs/page"),
            ("/index.html", 307, "/"),
            ("/old", 301, "/new"),
            ("/blog/page", 302, "/docs/page"),
        ],
    )
    def test_another_address_of_it_is_redirected(
        self, runtime: Runtime, path: str, status: int, location: str
    ) -> None:
        answer = get(runtime, site(), path)

        assert (answer.status, header(answer, "location")) == (status, location)

    @pytest.mark.parametrize(
        ("path", "content_type"),
        [
            ("/", "text/html; charset=utf-8"),
            ("/data.json", 'application/json; charset="utf-8"'),
            ("/app.js", "text/plain"),
            ("/no-type", None),
            ("/untyped", None),
        ],
    )
    def test_the_content_type_is_that_of_the_upload(
        self, runtime: Runtime, path: str, content_type: str | None
    ) -> None:
        assert header(get(runtime, site(), path), "content-type") == content_type

    def test_headers_are_set_and_unset_by_rule(self, runtime: Runtime) -> None:
        docs, page = get(runtime, site(), "/docs/"), get(runtime, site(), "/data.json")

        assert (header(docs, "x-docs"), header(docs, "etag")) == ("yes", None)
        assert (header(page, "x-docs"), header(page, "x-a")) == (None, "1, 2")

    def test_an_asset_that_the_client_has_is_not_sent_again(self, runtime: Runtime) -> None:
        etag = header(get(runtime, site(), "/"), "etag")

        answer = get(runtime, site(), "/", If_None_Match=str(etag))

        assert (answer.status, answer.body) == (304, b"")

    @pytest.mark.parametrize(
        ("path", "body"), [("/gone", b"not here"), ("/nested/gone/x", b"not nested")]
    )
    def test_what_is_not_there_gets_the_nearest_404_page(
        self, runtime: Runtime, path: str, body: bytes
    ) -> None:
        answer = get(runtime, site(), path)

        assert (answer.status, answer.body) == (404, body)

    def test_a_single_page_application_answers_everywhere(self, runtime: Runtime) -> None:
        application = site(asset_config={"not_found_handling": "single-page-application"})

        answer = get(runtime, application, "/any/where", Sec_Fetch_Mode="navigate")

        assert (answer.status, answer.body) == (200, b"home")

    def test_html_handling_none_serves_addresses_as_they_are(self, runtime: Runtime) -> None:
        plain = site(asset_config={"html_handling": "none"})

        assert get(runtime, plain, "/docs/page.html").status == 200
        assert get(runtime, plain, "/docs/page").status == 404


WITH_SCRIPT = """
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/api/asset")) return new Response(`script ${pathname}`);
    const asset = await env.ASSETS.fetch(new URL("/docs/", request.url));
    return new Response(`from assets: ${await asset.text()}`);
  },
};
"""
ASSETS_BINDING = {"type": "assets", "name": "ASSETS"}


def script_with_site(**config: Any) -> Runnable:
    return runnable(
        WITH_SCRIPT,
        key=f"script with site {config}",
        assets={"/index.html": asset("home"), "/docs/index.html": asset("docs")},
        asset_config=config,
        bindings=(ASSETS_BINDING,),
    )


class TestScriptAndAssets:
    def test_assets_come_first_and_the_script_answers_for_the_rest(self, runtime: Runtime) -> None:
        script = script_with_site()

        answers = [get(runtime, script, path).body for path in ("/", "/x", "/api/asset")]

        assert answers == [b"home", b"script /x", b"from assets: docs"]

    def test_the_script_comes_first_everywhere_where_that_is_asked(self, runtime: Runtime) -> None:
        script = script_with_site(run_worker_first=True)

        assert get(runtime, script, "/").body == b"script /"

    def test_the_script_comes_first_where_the_rules_say_so(self, runtime: Runtime) -> None:
        script = script_with_site(
            run_worker_first=["/docs/*", "!/docs/", "/api/*"],
            not_found_handling="single-page-application",
        )

        answers = [
            get(runtime, script, path, Sec_Fetch_Mode="navigate").body
            for path in ("/docs/x", "/docs/", "/other")
        ]

        assert answers == [b"script /docs/x", b"docs", b"home"]

    def test_an_assets_binding_without_assets_says_so(self, runtime: Runtime) -> None:
        source = """
            const told = (error) => new Response(error.message);
            export default { fetch: (request, env) => env.ASSETS.fetch(request).catch(told) };
        """
        script = runnable(source, bindings=(ASSETS_BINDING,))

        answer = get(runtime, script)

        assert b"can't run the binding ASSETS: the version has no assets" in answer.body
