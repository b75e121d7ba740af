export function NotFound({ what, detail }: { what: "page" | "study" | "trial"; detail?: string }) {
  return (
    <div class="card nothing">
      <h1>There is no such {what}</h1>
      {detail && <p>{detail}</p>}
      <p>It may have been deleted, or the address is not quite right.</p>
      <a class="button" href="/">
        All studies
      </a>
    </div>
  );
}
