"""What came back and why: one recipient's notice to one class, a verdict on suppression and the rule that decided."""
