"""One question, every newsroom tool: a file per format. To add a format, add a file here with a `FORMAT`."""

from importlib import import_module
from pkgutil import iter_modules

from app.formats.shape import Format


def every_format() -> list[Format]:
    """The `FORMAT` of every module of this package, in the order of their suffixes."""
    modules = (import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
    return sorted((one.FORMAT for one in modules if hasattr(one, "FORMAT")), key=lambda one: one.suffix)
