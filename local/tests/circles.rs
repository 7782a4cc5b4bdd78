//! Within a crate, files use each other in one direction: no file depends on itself by way of others.
//!
//! A file depends on another if it names something that is defined there, by an import or by a path:
//!
//! - A re-export is followed to the definition, and is no dependency itself. A `mod.rs` or `lib.rs` that only declares and
//!   re-exports modules is therefore a contents page without any dependency.
//! - A parent that holds code is a file like any other: if it uses a child, the child may not use it.
//! - An inline module belongs to its file. Unit tests are left out.
//! - A method belongs to its type: calling one is not seen, only naming the type is.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs, iter, mem,
    path::{Path, PathBuf},
    slice,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Ident, Item, ItemUse, Macro, UseTree, Visibility, ext::IdentExt, visit::Visit};
use testbed::workspace;

/// A path of names, as in `crate::state::State`.
type Names = Vec<String>;

/// The modules of a program or library, by their paths from its root; the root's path is empty.
type Modules = BTreeMap<Names, Module>;

/// Which files a file depends on.
type Graph = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

#[derive(Default)]
struct Module {
    file: PathBuf,
    /// Items that are defined here.
    items: BTreeSet<String>,
    /// Names that are imported or re-exported, with the paths that they stand for.
    imports: BTreeMap<String, Names>,
    /// Paths whose every name is imported.
    globs: Vec<Names>,
    /// Paths that the code names.
    named: Vec<Names>,
}

/// What a path leads to.
enum Target {
    Module(Names),
    Item(PathBuf),
}

#[test]
fn files_of_a_crate_do_not_use_each_other_in_a_circle() {
    let roots = roots(workspace());
    assert!(roots.len() > 20, "{roots:?}");
    let circles = roots.iter().flat_map(|root| {
        let mut modules = Modules::new();
        Reader { read: &|file| fs::read_to_string(file).ok() }.file(&mut modules, &[], root);
        circles_of(&graph(&modules))
    });
    let shown: Vec<String> = circles.map(|circle| shown(&circle)).collect();
    assert!(shown.is_empty(), "files that use each other in a circle:\n{}", shown.join("\n"));
}

fn shown(circle: &[PathBuf]) -> String {
    let files = circle.iter().map(|file| file.strip_prefix(workspace()).unwrap_or(file).display().to_string());
    files.collect::<Vec<_>>().join("\n  -> ")
}

/// The `lib.rs` and `main.rs` of every crate.
fn roots(workspace: &Path) -> Vec<PathBuf> {
    let manifest = fs::read_to_string(workspace.join("Cargo.toml")).expect("the manifest");
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
    let members = members.split('"').skip(1).step_by(2).flat_map(|member| match member.strip_suffix("/*") {
        None => vec![workspace.join(member)],
        Some(folder) => {
            let entries = fs::read_dir(workspace.join(folder)).expect("a folder");
            entries.map(|entry| entry.expect("an entry").path()).collect()
        }
    });
    let roots = members.flat_map(|member| ["lib.rs", "main.rs"].map(|root| member.join("src").join(root)));
    roots.filter(|root| root.exists()).collect()
}

/// Reads modules from files; `read` gives the text of a file, if there is one.
struct Reader<'a> {
    read: &'a dyn Fn(&Path) -> Option<String>,
}

impl Reader<'_> {
    /// Reads the module with this path from its file, and all modules below it.
    fn file(&self, modules: &mut Modules, path: &[String], file: &Path) {
        let text = (self.read)(file).unwrap_or_else(|| panic!("there is no {}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let is_contents_page = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
        let folder = if is_contents_page { file.with_file_name("") } else { file.with_extension("") };
        self.items(modules, path, (file, &folder), &parsed.items);
    }

    /// Reads a module from its items; its children are in `folder`.
    fn items(&self, modules: &mut Modules, path: &[String], (file, folder): (&Path, &Path), items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.iter().filter(|item| !is_only_for_tests(item)) {
            let Item::Mod(child) = item else {
                module.visit_item(item);
                continue;
            };
            let name = child.ident.unraw().to_string();
            let below = folder.join(&name);
            let path = [path, &[name]].concat();
            match &child.content {
                Some((_, items)) => self.items(modules, &path, (file, &below), items),
                None => {
                    let files = [below.with_extension("rs"), below.join("mod.rs")];
                    let file = files.iter().find(|file| (self.read)(file).is_some());
                    self.file(modules, &path, file.unwrap_or(&files[0]));
                }
            }
        }
        modules.insert(path.to_vec(), module);
    }
}

fn is_only_for_tests(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        attribute.path().is_ident("cfg") && condition == "test"
    })
}

impl Module {
    fn import(&mut self, before: &[String], tree: &UseTree, is_reexport: bool) {
        let longer = |name: &Ident| [before, &[name.unraw().to_string()]].concat();
        match tree {
            UseTree::Path(tree) => self.import(&longer(&tree.ident), &tree.tree, is_reexport),
            UseTree::Group(tree) => tree.items.iter().for_each(|tree| self.import(before, tree, is_reexport)),
            UseTree::Glob(_) => self.globs.push(before.to_vec()),
            // `use path::{self}` is `use path`.
            UseTree::Name(tree) if tree.ident == "self" => {
                self.import_as(before.last().cloned().unwrap_or_default(), before.to_vec(), is_reexport);
            }
            UseTree::Name(tree) => self.import_as(tree.ident.unraw().to_string(), longer(&tree.ident), is_reexport),
            UseTree::Rename(tree) => self.import_as(tree.rename.unraw().to_string(), longer(&tree.ident), is_reexport),
        }
    }

    fn import_as(&mut self, name: String, path: Names, is_reexport: bool) {
        if !is_reexport {
            self.named.push(path.clone());
        }
        self.imports.insert(name, path);
    }

    /// Names the paths within the arguments of a macro, which are not parsed further.
    fn name_tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut goes_on = false;
        for token in tokens {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == ':' => goes_on = true,
                TokenTree::Ident(name) => {
                    if !goes_on {
                        self.named.push(mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    goes_on = false;
                }
                other => {
                    self.named.push(mem::take(&mut path));
                    goes_on = false;
                    if let TokenTree::Group(group) = other {
                        self.name_tokens(group.stream());
                    }
                }
            }
        }
        self.named.push(path);
    }
}

impl Visit<'_> for Module {
    fn visit_item(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Macro(item) => item.ident.as_ref(),
            Item::Static(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        self.items.extend(name.map(|name| name.unraw().to_string()));
        syn::visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.import(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &syn::Path) {
        self.named.push(path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &Macro) {
        self.visit_path(&called.path);
        self.name_tokens(called.tokens.clone());
    }
}

fn graph(modules: &Modules) -> Graph {
    let mut graph = Graph::new();
    for (at, module) in modules {
        let used = module.named.iter().filter_map(|path| match resolve(modules, at, path, 0)? {
            Target::Item(file) => Some(file),
            Target::Module(_) => None,
        });
        let others = used.filter(|file| *file != module.file);
        graph.entry(module.file.clone()).or_default().extend(others);
    }
    graph
}

/// Follows a path from the module where it is written; `None` if it leads out of the crate.
fn resolve(modules: &Modules, at: &[String], path: &[String], steps: usize) -> Option<Target> {
    // Imports may lead around in a circle, through globs.
    if steps > 20 {
        return None;
    }
    let Some((first, rest)) = path.split_first() else {
        return Some(Target::Module(at.to_vec()));
    };
    match first.as_str() {
        "crate" => return resolve(modules, &[], rest, steps + 1),
        "self" => return resolve(modules, at, rest, steps + 1),
        "super" => return resolve(modules, &at[..at.len().checked_sub(1)?], rest, steps + 1),
        _ => {}
    }
    let child = [at, slice::from_ref(first)].concat();
    if modules.contains_key(&child) {
        return resolve(modules, &child, rest, steps + 1);
    }
    let module = modules.get(at)?;
    if module.items.contains(first) {
        return Some(Target::Item(module.file.clone()));
    }
    if let Some(import) = module.imports.get(first) {
        return match resolve(modules, at, import, steps + 1)? {
            Target::Module(path) => resolve(modules, &path, rest, steps + 1),
            item @ Target::Item(_) => Some(item),
        };
    }
    module.globs.iter().find_map(|glob| match resolve(modules, at, glob, steps + 1)? {
        Target::Module(path) if path != at => resolve(modules, &path, slice::from_ref(first), steps + 1),
        _ => None,
    })
}

/// The circles of a graph, the shortest ones first found; each file is in one of them at most.
fn circles_of(graph: &Graph) -> Vec<Vec<PathBuf>> {
    let mut circles: Vec<Vec<PathBuf>> = Vec::new();
    for file in graph.keys() {
        if !circles.iter().flatten().any(|known| known == file) {
            circles.extend(shortest_circle(graph, file));
        }
    }
    circles
}

/// The shortest way from a file over others back to it.
fn shortest_circle(graph: &Graph, start: &Path) -> Option<Vec<PathBuf>> {
    let mut ways = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in graph.get(way.last()?).into_iter().flatten() {
            let longer = way.iter().chain(iter::once(next)).cloned().collect();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// The circles of made-up files, by their names.
fn circles_in(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let read = |file: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == file);
        found.map(|(_, text)| (*text).to_owned())
    };
    let mut modules = Modules::new();
    Reader { read: &read }.file(&mut modules, &[], Path::new("lib.rs"));
    let circles = circles_of(&graph(&modules));
    circles.iter().map(|circle| circle.iter().map(|file| file.display().to_string()).collect()).collect()
}

#[test]
fn a_circle_is_found_through_imports_paths_macros_and_re_exports() {
    for a in [
        "use crate::B; pub struct A;",
        "pub struct A; fn f() { vec![(1, crate::b::B)]; }",
        "use super::b; pub struct A(b::B);",
    ] {
        let contents = ("lib.rs", "mod a; mod b; pub use b::B;");
        let circles = circles_in(&[contents, ("a.rs", a), ("b.rs", "pub struct B(crate::a::A);")]);
        assert_eq!(circles, [["a.rs", "b.rs", "a.rs"]], "{a}");
    }
}

#[test]
fn a_circle_may_lead_over_several_files_and_folders() {
    let circles = circles_in(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::inner::*; pub fn a() { deep() }"),
        ("b/mod.rs", "pub mod inner; mod other;"),
        ("b/inner.rs", "use super::other::other; pub fn deep() { other() }"),
        ("b/other.rs", "pub fn other() { crate::a::a() }"),
    ]);
    assert_eq!(circles, [["a.rs", "b/inner.rs", "b/other.rs", "a.rs"]]);
}

#[test]
fn a_parent_with_code_that_uses_its_child_can_be_part_of_a_circle() {
    let circles = circles_in(&[
        ("lib.rs", "mod part;"),
        ("part/mod.rs", "mod child; pub struct Whole; fn parent() { child::child(Whole) }"),
        ("part/child.rs", "use super::Whole; pub fn child(_: Whole) {}"),
    ]);
    assert_eq!(circles, [["part/child.rs", "part/mod.rs", "part/child.rs"]]);
}

#[test]
fn contents_pages_strangers_and_unit_tests_make_no_circle() {
    let circles = circles_in(&[
        ("lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("a.rs", "use std::fmt; use crate::B; pub struct A(B); #[cfg(test)] mod tests { use crate::b::helper; }"),
        ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::A; }"),
    ]);
    assert!(circles.is_empty(), "{circles:?}");
}
