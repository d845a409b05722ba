// Pages that the platform makes to be printed.

/** Show a page of the platform in a tab of its own: from there it is printed or saved. */
export function showPage(html: string): void {
  const address = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  window.open(address, "_blank", "noopener");
}
