"""Reserved for the schema of the next parts of the life of an assignment."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass
