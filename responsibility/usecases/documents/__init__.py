"""公文: the documents of a case (催办单, 督办单, 约谈通知, 专报, 通报), numbered, kept and noted in the ledger."""

from responsibility.usecases.documents.due import Written, write_due
from responsibility.usecases.documents.writing import Made, Registered, as_pdf, notice, registered

__all__ = ["Made", "Registered", "Written", "as_pdf", "notice", "registered", "write_due"]
