"""Commands of people about steps: signing, reporting, submitting, judging, extending and the rest."""
