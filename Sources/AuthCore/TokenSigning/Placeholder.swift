// TokenSigning
