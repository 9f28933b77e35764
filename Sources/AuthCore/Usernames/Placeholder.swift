// Usernames
