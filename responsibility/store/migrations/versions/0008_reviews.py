"""Reserved for the schema of the next parts of the life of an assignment."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
