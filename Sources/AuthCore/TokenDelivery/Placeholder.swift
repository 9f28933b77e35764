// TokenDelivery
