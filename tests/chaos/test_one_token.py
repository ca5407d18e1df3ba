"""Many scripts deployed at once with one token, against Cloudflare's rate limit, scaled down."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fakes.checkout import Checkout, full
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

# Cloudflare's limit is 1,200 requests in 300 s: here it is so many times smaller and shorter that
# the scripts together send several windows full of requests.
SIZES = {"sample": (6, 40, 2), "full": (50, 120, 6)}  # scripts, requests per window, seconds


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "size" in metafunc.fixturenames:
        metafunc.parametrize("size", [SIZES[metafunc.config.getoption("--chaos")]], ids=str)


def project(folder: Path, number: int) -> Checkout:
    checkout = full(folder / str(number))
    return checkout.config(name=f"shop-{number}").module(
        f"export default {{ fetch() {{ return new Response('{number}') }} }};\n"
    )


def test_all_of_many_deploys_on_one_token_end_well(
    tmp_path: Path, size: tuple[int, int, int], record_property
):
    scripts, limit, seconds = size
    with Cloudflare(rate_limit=limit, rate_seconds=seconds, bucket_files=2) as cloudflare:

        def deploy(number: int) -> Run:
            runner = Runner(project(tmp_path, number), cloudflare, tmp_path / f"files-{number}")
            return runner.process("deploy", max_attempts=10)

        with ThreadPoolExecutor(max_workers=scripts) as pool:
            runs = list(pool.map(deploy, range(scripts)))

        assert [run.exit_code for run in runs] == [0] * scripts, "\n".join(
            run.log for run in runs if run.exit_code
        )
        for number in range(scripts):
            assert len(cloudflare.versions(f"shop-{number}")) == 1
    record_property("cells", scripts)
