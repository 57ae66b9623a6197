"""What config/channels.yaml may hold: which channels are in use, and the keys of each kind."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from responsibility.settings.shapes import Flag, Id, Shape, Text, matching, one_of, says

Port = Annotated[int, Field(ge=1, le=65535), says("1 到 65535 的整数")]
Seconds = Annotated[float, Field(gt=0, le=600), says("大于 0、不超过 600 的秒数")]
Mailbox = Annotated[str, AfterValidator(matching(r"[^@\s]+@[^@\s]+")), says("邮箱地址，如 office@example.com")]
OnDoubt = Annotated[Literal["leave", "resend"], one_of("leave", "resend")]

#: Where a secret is kept, as `env:NAME` or `file:PATH`. Taken as it is: what is wrong with it is told without it.
Reference = Any
#: A web address; looked at by itself too, since somebody may have written a password into it.
Address = Any


class ConsoleShape(Shape):
    kind: Literal["console"]
    on_doubt: OnDoubt = "resend"


class FileShape(Shape):
    kind: Literal["file"]
    format: Annotated[Literal["eml", "md"], one_of("eml", "md")] = "eml"
    on_doubt: OnDoubt = "resend"


class OutsideShape(Shape):
    """What all channels that leave the building have in common."""

    full_text: Flag = False
    timeout: Seconds = 20
    on_doubt: OnDoubt = "leave"


class MailShape(OutsideShape):
    kind: Literal["mail"]
    #: Looked at by itself: somebody may have written a password into it.
    host: Address
    port: Port
    secure: Annotated[Literal["none", "starttls", "ssl"], one_of("none", "starttls", "ssl")]
    user: Text | None = None
    sender: Mailbox = Field(alias="from")
    from_name: Text = ""
    password: Reference = None
    #: As written before there was `password: env:…`.
    password_env: Text | None = None
    password_file: Text | None = None


class WecomShape(OutsideShape):
    kind: Literal["wecom"]
    key: Reference
    base_url: Address = ""


class SignedRobotShape(OutsideShape):
    token: Reference
    secret: Reference = None
    base_url: Address = ""


class DingtalkShape(SignedRobotShape):
    kind: Literal["dingtalk"]


class FeishuShape(SignedRobotShape):
    kind: Literal["feishu"]


class AppriseShape(OutsideShape):
    kind: Literal["apprise"]
    url: Reference


class WebhookShape(OutsideShape):
    kind: Literal["webhook"]
    #: A reference too, where the address itself is a secret.
    url: Address
    secret: Reference


#: Channel kind → what such a channel may hold.
CHANNELS: dict[str, type[Shape]] = {
    "console": ConsoleShape,
    "file": FileShape,
    "mail": MailShape,
    "wecom": WecomShape,
    "dingtalk": DingtalkShape,
    "feishu": FeishuShape,
    "apprise": AppriseShape,
    "webhook": WebhookShape,
}
#: Channel kind → its keys that hold a secret.
SECRETS: dict[str, tuple[str, ...]] = {
    "mail": ("password",),
    "wecom": ("key",),
    "dingtalk": ("token", "secret"),
    "feishu": ("token", "secret"),
    "apprise": ("url",),
    "webhook": ("url", "secret"),
}

#: One channel on a line of its own, or several of which the next is taken where the one before fails.
Use = Annotated[
    Text | Annotated[tuple[Text, ...], Field(min_length=1)], says("渠道名，或一行几个渠道名，如 [wecom, mail]")
]


class ChannelsShape(Shape):
    """config/channels.yaml; each channel is checked against the shape of its kind."""

    use: Annotated[tuple[Use, ...], Field(min_length=1)]
    channels: dict[Id, dict[str, Any]]
