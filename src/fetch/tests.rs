//! The real client against a real server that misbehaves.
