"""Known movements put into real footage, before its encoder."""
