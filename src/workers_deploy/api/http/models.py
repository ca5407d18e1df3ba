"""What all answers share when they are read as pydantic models: shapes that forgive.

Lenient on purpose: unknown fields are ignored and nearly everything may be null, since a field that
Cloudflare adds or drops must not end a deploy.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

JsonObject = dict[str, Any]
M = TypeVar("M", bound="WireModel")


def object_or_empty(value: Any) -> Any:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> Any:
    """Return the objects of a list; none in place of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts_of(value: Any) -> Any:
    """Return the texts of a list; none in place of anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


MaybeObject = Annotated[JsonObject, BeforeValidator(object_or_empty)]
Objects = Annotated[list[JsonObject], BeforeValidator(objects_of)]
Texts = Annotated[list[str], BeforeValidator(texts_of)]


class WireModel(BaseModel):
    """What all results share."""

    # Built on first use: a run needs few of them, and start-up pays for each (0.5 ms).
    model_config = ConfigDict(
        extra="ignore", hide_input_in_errors=True, frozen=True, defer_build=True
    )


def validated(model: type[M], value: Any) -> M | None:
    """Return a result as its model; None where it doesn't fit."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
