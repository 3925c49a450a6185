"""What is wrong with a file."""

from texts import N_

SENTENCES = {
    "file.unreadable": N_("“%(name)s” cannot be opened: %(problem)s. Check its name and whether you may read it."),
    "file.empty": N_("“%(name)s” is empty. Export it again, with a header row."),
    "file.no_header": N_("“%(name)s” has no header row. The first row must name the columns."),
    "file.bad_quotes": N_(
        "Row %(row)s (line %(line)s) cannot be read: a quotation mark is opened and never closed. Nothing was imported."
    ),
    "file.no_table": N_("“%(name)s” is not a table. Save it as CSV or XLSX."),
    "file.broken_sheet": N_("“%(name)s” is not a spreadsheet that can be read. Save it again as XLSX or CSV."),
    "file.too_large": N_("“%(name)s” would unpack to more than two gigabytes. Save it as CSV."),
}
