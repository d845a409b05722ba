// Files into the inbox: the platform chooses the place and lends a right to put one file there.
import { client, putForm } from "./client";
import { answered, ProblemError, SILENCE } from "./problems";
import { about } from "./requests";

/** A right to put one file, lent for a while. */
export interface Form {
  url: string;
  fields: Record<string, string>;
}

export type Kind = "csv" | "jsonl" | "xlsx";

export const announce = (body: { feed: string; kind: Kind; bytes: number }) =>
  answered(client.POST("/v1/uploads", { body }));
export const rejectedRows = (id: string) =>
  answered(client.GET("/v1/files/{id}/rejected-rows", about(id)));

/** Put the file where the platform has said; it goes to the bucket, not through the API. */
export async function send(upload: Form, file: File): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", file);
  let status: number;
  try {
    status = (await putForm(upload.url, form)).status;
  } catch {
    throw new ProblemError(SILENCE);
  }
  if (status >= 300) {
    throw new ProblemError({
      status,
      code: `upload_${status}`,
      title: "The file was not taken: please send it again.",
      detail: "文件未能送达，请重新报送。",
    });
  }
}
