import type { ComponentChildren } from 'preact';
import { navigate } from '../router.js';

interface LinkProps {
  readonly href: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A link to another page of the viewer; opening it in a new tab works as for any link. */
export function Link({ href, current, label, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a href={href} onClick={follow} aria-current={current === true ? 'page' : undefined} aria-label={label} {...rest}>
      {children}
    </a>
  );
}
