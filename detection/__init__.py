"""What training (``ingest train``) and vetting (``bot.vetting``) share: how an offer is read and what it holds."""
