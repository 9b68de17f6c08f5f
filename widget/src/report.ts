// "Report a wrong number": the name of the resource goes to the guide's people, and nothing else.

/** Report a resource; whether it was taken. */
export async function report(server: string, slug: string): Promise<boolean> {
  try {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ slug });
    return (await fetch(`${server}/webhooks/web/reports`, { method: "POST", headers, body })).ok;
  } catch {
    return false;
  }
}
