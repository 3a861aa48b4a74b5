"""XMP packets: our own text put in and taken out, the rest left as it is. ISO 16684-1."""

import re
from typing import Final
from xml.sax.saxutils import escape, unescape

NAMESPACE: Final = "urn:fluxcord:metadata:1"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EMPTY: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}"></rdf:RDF></x:xmpmeta>\n'
    '<?xpacket end="w"?>'
)
_OURS: Final = re.compile(
    rf'<r:Description xmlns:r="{re.escape(_RDF)}"[^>]{{0,200}}xmlns:fluxcord="[^>]*>.*?</r:Description>', re.DOTALL
)
_END: Final = re.compile(r"</[A-Za-z][\w.-]{0,30}:RDF>")
# Programs that write packets anew may turn the element into an attribute.
_ELEMENT: Final = re.compile(r"<fluxcord:settings>([^<]*)</fluxcord:settings>")
_ATTRIBUTE: Final = re.compile(r'\sfluxcord:settings="([^"<]*)"')
_QUOTES: Final = {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'"}


def settings_of(packet: bytes) -> str:
    """Our text, or nothing."""
    text = packet.decode("utf-8", "replace")
    found = _ELEMENT.search(text) or _ATTRIBUTE.search(text)
    return unescape(found[1], _QUOTES) if found else ""


def with_settings(packet: bytes, settings: str) -> bytes:
    """The packet with our text, instead of one that it may have; what is no packet in UTF-8 is made anew.

    No XML parser is needed, so that no hostile packet finds one; our part brings its own names for the namespaces.
    """
    try:
        text = _OURS.sub("", packet.decode("utf-8"))
    except UnicodeDecodeError:
        text = ""
    ends = list(_END.finditer(text))
    if not ends:
        text, ends = _EMPTY, list(_END.finditer(_EMPTY))
    ours = (
        f'<r:Description xmlns:r="{_RDF}" r:about="" xmlns:fluxcord="{NAMESPACE}">'
        f"<fluxcord:settings>{escape(settings)}</fluxcord:settings></r:Description>"
    )
    at = ends[-1].start()
    return (text[:at] + ours + text[at:]).encode()
