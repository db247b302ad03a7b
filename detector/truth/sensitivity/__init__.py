"""What this camera could have shown: known movement planted into a night's own quiet footage, and looked for again."""
