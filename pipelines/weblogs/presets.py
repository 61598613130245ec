"""Named log formats, the ones servers come with and the one Partner Center's servers write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A named format; `open_ended` allows a quoted forwarded-for and further quoted fields after the last one."""

    dialect: str
    text: str
    open_ended: bool = False


# nginx and Apache write these alike but for the escaping inside quotes, and one function undoes both (see escapes): a preset
# serves both servers. Where nginx has the literal `-`, Apache has %l, which may be a name.
PRESETS: dict[str, Preset] = {
    "common": Preset("apache", '%h %l %u %t "%r" %>s %b'),
    "combined": Preset("apache", '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'),
    "combined_cookie": Preset(
        "apache", '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" "%{Cookie}i"', open_ended=True
    ),
    "vhost_combined": Preset("apache", '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"'),
    "json": Preset("json", ""),
}
