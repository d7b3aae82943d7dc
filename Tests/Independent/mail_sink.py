"""A mail server on this machine that keeps what it is sent."""

import re
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session, SMTP

from programs import free_port

WAIT_SECONDS = 15
CODE = re.compile(r"(?<![0-9A-Za-z])[0-9]{6,8}(?![0-9A-Za-z])")


class MailSink:
    """The server. `tls` is a context to offer STARTTLS with, `login` the user name and password that it knows."""

    def __init__(self, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None) -> None:
        self.port = free_port()
        self.login = login
        # What the server says to a message; set it to "451 try later" and the like.
        self.answer = "250 OK"
        self.logins: list[str] = []
        self.arrived = Condition()
        self.messages: list[EmailMessage] = []
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=tls, require_starttls=tls is not None,
            authenticator=self.authenticate, auth_require_tls=tls is not None,
            # aiosmtpd warns of asking for passwords in the clear; without TLS it is told them and asks for none.
            auth_required=login is not None and tls is not None)

    def __enter__(self) -> "MailSink":
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    # What tests ask.

    def wait_for(self, recipient: str, count: int = 1) -> EmailMessage:
        """The newest message to an address, once there are so many."""
        with self.arrived:
            came = self.arrived.wait_for(lambda: len(self.to(recipient)) >= count, WAIT_SECONDS)
            assert came, f"{len(self.to(recipient))} of {count} messages to {recipient}; {len(self.messages)} in all"
            return self.to(recipient)[-1]

    def wait_for_login(self) -> None:
        """Until somebody has tried to log in."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: bool(self.logins), WAIT_SECONDS), "nobody has tried to log in"

    def to(self, recipient: str) -> list[EmailMessage]:
        """Every message to an address, as the envelope has it."""
        return [message for message in self.messages if recipient in message["X-Envelope-To"].split(",")]

    # What aiosmtpd calls.

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """A message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        with self.arrived:
            if self.answer.startswith("2"):
                self.messages.append(message)
            self.arrived.notify_all()
        return self.answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether a user name and password are the right ones."""
        with self.arrived:
            self.logins.append(mechanism)
            self.arrived.notify_all()
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self.login, handled=False)


def code_in(message: EmailMessage) -> str:
    """The one-time code in a message, which must be the only one of its shape."""
    codes = set(CODE.findall(text_of(message)))
    assert len(codes) == 1, f"codes in the message: {codes}"
    return codes.pop()


def text_of(message: EmailMessage) -> str:
    """The plain text of a message."""
    return message.get_body(("plain",)).get_content()
