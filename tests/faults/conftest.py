"""The bench and the stand-in of the pipeline's tests."""

from __future__ import annotations

from tests.pipeline.conftest import bench, harvested, standin

__all__ = ["bench", "harvested", "standin"]
