// Files of public/ are served without this script; everything else comes here.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/api/hello") {
      return Response.json({ error: `nothing at ${pathname}` }, { status: 404 });
    }
    return Response.json({ greeting: env.GREETING, signature: await sign(env.GREETING, env.SIGNING_KEY) });
  },
};

// HMAC-SHA-256 as hex: whoever knows the key sees that the secret is there; nobody sees the secret.
async function sign(text, key) {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", imported, encoder.encode(text));
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
