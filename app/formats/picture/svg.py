"""SVG elements and their paint: presentation attributes for light paper, classes by which dark screens repaint them."""

from xml.etree.ElementTree import Element, SubElement

from app.formats.xml_characters import legal

NAMESPACE = "http://www.w3.org/2000/svg"
FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Noto Sans', sans-serif"
PAINT = {
    "paper": ("#ffffff", "#15171b"),
    "ink": ("#1a1a1a", "#eceef1"),
    "quiet": ("#55595f", "#b3b9c2"),
    "line": ("#dcdfe3", "#343941"),
    "disputed": ("#a3195b", "#ff8fc0"),
    "verbal-cooperation": ("#0b6b74", "#5cc8d2"),
    "material-cooperation": ("#2f6f1f", "#8fd07a"),
    "verbal-conflict": ("#985100", "#f0ad5c"),
    "material-conflict": ("#b3201a", "#ff8a80"),
    "statement": ("#2a559f", "#93b7f5"),
    "other": ("#5b5f66", "#b9bec6"),
}
"""Each paint on light and on dark paper, with a contrast of 4.5 or more for what is read."""


class Pen:
    """Draws into one element."""

    def __init__(self, into: Element) -> None:
        self.into = into

    def group(self, **attributes: object) -> "Pen":
        return Pen(_add(self.into, "g", attributes))

    def told(self, name: str, text: str, **attributes: object) -> None:
        """A `title` or a `desc`."""
        _add(self.into, name, attributes).text = legal(text)

    def text(
        self, x: float, y: float, text: str, size: float, fill: str = "ink", *, bold: bool = False,
        anchor: str = "start", tail: str = "", tail_fill: str = "ink",
    ) -> None:  # fmt: skip
        """One line; `tail` is the rest of it, in bold and in a paint of its own."""
        place: dict[str, object] = {"x": _number(x), "y": _number(y), "font_size": _number(size), "fill": fill}
        place |= {"font_weight": "bold"} if bold else {}
        place |= {"text_anchor": anchor} if anchor != "start" else {}
        element = _paint(self.into, "text", place)
        element.text = legal(text)
        if tail:
            _paint(element, "tspan", {"fill": tail_fill, "font_weight": "bold"}).text = legal(tail)

    def path(self, d: str, **attributes: object) -> None:
        _paint(self.into, "path", {"d": d} | attributes)

    def rect(self, x: float, y: float, width: float, height: float, **attributes: object) -> None:
        box = {"x": x, "y": y, "width": max(width, 0), "height": max(height, 0)}
        _paint(self.into, "rect", {name: _number(value) for name, value in box.items()} | attributes)

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: object) -> None:
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        _paint(self.into, "line", {name: _number(value) for name, value in ends.items()} | attributes)


def dark_rules() -> str:
    """For screens alone: paper is white."""
    rules = (f".f-{name}{{fill:{dark}}}.s-{name}{{stroke:{dark}}}" for name, (_, dark) in PAINT.items())
    return f"@media screen and (prefers-color-scheme: dark){{{''.join(rules)}}}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _paint(parent: Element, name: str, attributes: dict[str, object]) -> Element:
    """`fill` and `stroke` name a paint, or `none`."""
    classes = []
    for role in ("fill", "stroke"):
        paint = str(attributes.get(role, "none"))
        if paint in PAINT:
            classes.append(f"{role[0]}-{paint}")
            attributes = attributes | {role: PAINT[paint][0]}
    return _add(parent, name, attributes | ({"class": " ".join(classes)} if classes else {}))


def _add(parent: Element, name: str, attributes: dict[str, object]) -> Element:
    named = {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items()}
    return SubElement(parent, name, named)
