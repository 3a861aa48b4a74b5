"""The operator's channel: sends a sentence there, and says whether Discord has taken it. It needs no database."""

import aiohttp
import discord
import structlog

from jobs.sentence import Sentence
from words.speech import Words

_log = structlog.get_logger(__name__)


class OperatorChannel:
    """OPERATOR_CHANNEL_ID; without one nothing is said, since the log has it all."""

    def __init__(self, client: discord.Client, channel_id: int | None) -> None:
        self._client = client
        self._channel_id = channel_id

    @property
    def exists(self) -> bool:
        """Whether it is set."""
        return self._channel_id is not None

    async def send(self, sentence: Sentence) -> bool:
        """Send it in the language of the channel's server; False: Discord does not take it, and the log says why."""
        if self._channel_id is None:
            return True
        channel = self._client.get_channel(self._channel_id)
        server = channel.guild if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None
        text = Words(server.preferred_locale.value if server is not None else "en-US")(sentence)
        try:
            await self._client.get_partial_messageable(self._channel_id).send(text)
        except discord.HTTPException as error:
            _log.warning("the operator's channel cannot be written to", status=error.status, code=error.code)
            return False
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("the operator's channel cannot be reached", cause=type(error).__name__)
            return False
        return True
