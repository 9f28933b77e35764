// Revocations
