"""Reserved for the schema of the next parts of the life of an assignment."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass
