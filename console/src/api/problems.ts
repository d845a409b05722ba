// What the API says when it does not do what was asked, and what becomes of an answer.

/** A problem document (RFC 9457), or the network's silence. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: { pointer?: string; parameter?: string; code: string; zh: string; en: string }[];
}

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

export const SILENCE: Problem = {
  status: 0,
  code: "no_connection",
  title: "The platform cannot be reached. Nothing was lost: check the network and try again.",
  detail: "无法连接平台，数据未丢失：请检查网络后重试。",
};

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or the problem as an error. */
export async function answered<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new ProblemError(SILENCE);
  }
  if (answer.data === undefined || !answer.response.ok) throw new ProblemError(problemOf(answer));
  return answer.data;
}

function problemOf(answer: Answer<unknown>): Problem {
  const said = answer.error;
  if (typeof said === "object" && said !== null && "code" in said) return said as Problem;
  const { status } = answer.response;
  return { status, code: `http_${status}`, title: `The platform answered ${status}.`, detail: `平台返回 ${status}。` };
}

/** Any error as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { status: 0, code: "unexpected", title: String(error), detail: String(error) };
}
