"""One question, every newsroom tool: a file per format. To add a format, add a file here with a `FORMAT`."""

from importlib import import_module
from pkgutil import iter_modules

from app.formats.shape import Format


def every_format() -> list[Format]:
    """The `FORMAT` of every module of this package, and its `OF_SOURCES` if it has one, in the order of suffixes."""
    modules = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]
    names = ("FORMAT", "OF_SOURCES")
    found = [getattr(module, name) for module in modules for name in names if hasattr(module, name)]
    return sorted(found, key=lambda one: one.suffix)
