// Figures as a file that a spreadsheet opens: CSV with a byte order mark, so that Chinese stays Chinese.

/** Rows as CSV. A cell that a spreadsheet would take for a formula is told to be text. */
export function tableOf(rows: string[][]): string {
  const cell = (text: string): string => {
    const plain = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
