"""Joins the stages. Nothing else knows their order: harvest → archive → build → export."""
