// RefreshTokens
