"""msc-harvest: trials and reports of mesenchymal stromal cells in organ transplantation, from source to SQL."""

__version__ = "0.1.0"
