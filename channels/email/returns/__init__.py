"""Mail that comes back: delivery reports, complaints, autoreplies and plain words, read into notices."""
