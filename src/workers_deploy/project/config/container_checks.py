"""The checks of `containers`, which we don't deploy but whose mistakes wrangler refuses."""

from collections.abc import Mapping

from workers_deploy.project.config import checks
from workers_deploy.project.config.checks import Check, Spot

_INSTANCE_TYPES = (
    "lite",
    "basic",
    "standard-1",
    "standard-2",
    "standard-3",
    "standard-4",
    "dev",
    "standard",
)
_POLICIES = ("regional", "moon", "default", "durable_object")
_REGIONS = ("ENAM", "WNAM", "EEUR", "WEUR", "APAC", "SAM", "ME", "OC", "AFR")


def _instance_type(spot: Spot, value: object) -> None:
    if isinstance(value, str):
        checks.one_of(*_INSTANCE_TYPES)(spot, value)
    else:
        fields: dict[str, Check] = dict.fromkeys(("vcpu", "memory_mib", "disk_mb"), checks.number)
        checks.record(fields)(spot, value)


def _rollout_steps(spot: Spot, value: object) -> None:
    if isinstance(value, list):
        good = all(checks.is_number(step) and 10 <= step <= 100 for step in value)
        if not good or value != sorted(value) or (value and value[-1] != 100):
            spot.error(
                f'"{spot.label}" array elements must be ascending numbers from 10 up to 100.'
            )
    elif value not in (5, 10, 20, 25, 50, 100) or isinstance(value, bool):
        spot.error(f'"{spot.label}" must be one of [5, 10, 20, 25, 50, 100] or an array.')


def _keys(*, named: bool) -> Check:
    return checks.list_of(
        checks.record(
            {"name": checks.text, "public_key": checks.text},
            required=["name", "public_key"] if named else ["public_key"],
            closed=False,
        )
    )


_SSH = checks.record(
    {"enabled": checks.boolean, "port": checks.between(1, 65535, whole=True)},
    required=["enabled"],
    closed=False,
)


def _region(spot: Spot, value: object) -> None:
    checks.text(spot, value)
    if isinstance(value, str) and value.upper() not in _REGIONS:
        spot.error(f'"{spot.label}" is an invalid region. Valid regions are: {", ".join(_REGIONS)}')


_CONSTRAINTS = checks.record(
    {
        "tiers": checks.list_of(checks.number),
        "jurisdiction": checks.one_of("eu", "fedramp", "us"),
        "regions": checks.list_of(_region),
    },
    closed=False,
)
_CONFIGURATION = checks.record(
    dict.fromkeys(("image", "secrets", "labels", "disk", "vcpu", "memory_mib"), checks.anything)
)
_FIELDS: Mapping[str, Check] = {
    "name": checks.text,
    "class_name": checks.text,
    "image": checks.filled,
    "image_build_context": checks.text,
    "image_vars": checks.mapping,
    "images": checks.mapping,
    "instance_type": _instance_type,
    "instances": checks.anything,
    "max_instances": checks.between(0, 2**53),
    "observability": checks.mapping,
    "scheduling_policy": checks.one_of(*_POLICIES),
    "ssh": _SSH,
    "wrangler_ssh": _SSH,
    "authorized_keys": _keys(named=True),
    "trusted_user_ca_keys": _keys(named=False),
    "configuration": _CONFIGURATION,
    "constraints": _CONSTRAINTS,
    "affinities": checks.anything,
    "rollout_step_percentage": _rollout_steps,
    "rollout_kind": checks.one_of("full_auto", "full_manual", "none"),
    "rollout_active_grace_period": checks.between(0, 2**53),
    "durable_objects": checks.anything,
    "unsafe": checks.mapping,
}


def containers(spot: Spot, value: object) -> None:
    """Take the container applications."""

    def container(inner: Spot, given: object) -> None:
        checks.record(_FIELDS)(inner, given)
        if not isinstance(given, dict) or given.get("scheduling_policy") == "durable_object":
            return
        configuration = given.get("configuration")
        nested = configuration.get("image") if isinstance(configuration, dict) else None
        if not given.get("image") and not nested:
            inner.error('"containers.image" field must be defined for each container app.')
        if not given.get("name") and not given.get("class_name"):
            inner.error(
                '"containers.name" is required when "containers.class_name" is not defined.'
            )

    checks.list_of(container)(spot, value)
