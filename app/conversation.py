"""What one client may send on its connection: bounded, and told apart as HTTP has it."""

from itertools import chain

from app.answering import Answering

LARGEST_HEAD = 64 * 1024
"""Of a request: the address, headers and trailers. The parser sets no bound."""
BETWEEN = len(": \r\n")
MOST_PIPELINED = 20
"""So many requests of a connection wait for the answer to one before; behind them none is read."""


class Conversation(Answering):
    """A client's connection. What it asks last is the last that is answered."""

    begun = head = bodies = 0
    is_read, is_in_body = True, False

    def data_received(self, data: bytes) -> None:
        """What belongs to no body is counted, unless several requests began in it: those are counted by themselves."""
        if not self.is_read:
            return
        begun, self.bodies = self.begun, 0
        super().data_received(data)
        before = self.head if begun == self.begun else 0
        self.head = before + len(data) - self.bodies if self.begun <= begun + 1 else 0
        if self.head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"Expected a request without a body of at most {LARGEST_HEAD // 1024} KiB.")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            raise Unfit
        self.begun += 1
        self.is_in_body = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers))) + BETWEEN * len(self.headers)
        hosts = [name for name, _ in self.headers].count(b"host")
        if size > LARGEST_HEAD or (hosts != 1 and self.parser.get_http_version() == "1.1"):
            raise Unfit
        super().on_headers_complete()
        self.is_in_body = True

    def on_body(self, body: bytes) -> None:
        self.bodies += len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """To whoever waits for no other answer; else those come first, and instead of this one.

        No request is answered twice: one whose body is wrong may have its answer since its head came.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            self._read_no_more()
        elif self.is_in_body:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Answered as if it asked for none; what stands behind it may be in any protocol."""
        self._read_no_more()

    def _read_no_more(self) -> None:
        """The last request that came is answered with `Connection: close`."""
        self.is_read = self.cycle.keep_alive = False


class Unfit(Exception):  # noqa: N818 - the client's error
    """A request that is not read on."""
