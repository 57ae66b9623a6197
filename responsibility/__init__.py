"""zeren (责任链): responsibility laid down a chain, and deadlines that climb it when they slip."""
