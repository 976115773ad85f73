"""What people may ask about their own data (UK GDPR articles 15, 16, 17 and 20), and withdrawing as advisors deal with
it: an export without third persons, a correction that keeps what stood there, erasing who somebody is, a withdrawal
that is confirmed in a safe way."""
