"""Every sentence that a person sees, in that person's language: gettext catalogues, read through Babel."""
