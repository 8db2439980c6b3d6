import { Page } from '../parts/Page.tsx';
import { glossary } from '../words/glossary.ts';

export function GlossaryPage() {
  const entries = Object.entries(glossary).sort(([, a], [, b]) => a.title.localeCompare(b.title));
  return (
    <Page title="Glossary" lead="What the words on these pages mean.">
      <dl class="glossary">
        {entries.map(([key, { title, text }]) => (
          <div key={key} id={key}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Page>
  );
}
