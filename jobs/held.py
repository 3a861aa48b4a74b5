"""What is held in memory of people and servers, for whoever has to forget some of them."""

from dataclasses import dataclass

from jobs.library.libraries import Libraries
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.shelf import Shelf


@dataclass(frozen=True, kw_only=True)
class Held:
    """Each is written through to the database by itself."""

    shelf: Shelf
    libraries: Libraries
    servers: Servers
    people: People
