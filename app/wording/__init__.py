"""What codes and dates are called in words, in formats and on pages alike."""
